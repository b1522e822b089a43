/** What the service calls people who gave themselves no name. */
const NAMELESS = /^@u_[0-9a-f]{6}$/;

/** What somebody is called to whoever knows them by their user id: that, until they have a name. */
export function called(userId: string, display: string): string {
  return NAMELESS.test(display) ? userId : display;
}
