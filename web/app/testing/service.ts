import { vi } from "vitest";

/** A request as the service would see it. */
export interface Asked {
  /** Such as "GET /v1/config". */
  route: string;
  query: URLSearchParams;
  body: unknown;
  token: string | null;
}

type Answer = (asked: Asked) => unknown | Promise<unknown>;

/** Stands for the network of the page, until the test ends: answers by route, and keeps what was asked. */
export function service(answers: Record<string, Answer>): { asked: Asked[]; answers: Record<string, Answer> } {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = input instanceof Request ? input : new Request(new URL(String(input), location.origin), init);
    const url = new URL(request.url);
    const said = await request.text();
    const heard: Asked = {
      route: `${request.method} ${url.pathname}`,
      query: url.searchParams,
      body: said === "" ? null : JSON.parse(said),
      token: request.headers.get("Authorization")?.replace("Bearer ", "") ?? null,
    };
    asked.push(heard);
    const answer = answers[heard.route];
    if (answer === undefined) throw new Error(`nobody expected ${heard.route}`);
    const given = await answer(heard);
    return given instanceof Response ? given : Response.json(given);
  });
  return { asked, answers };
}

/** A refusal as the service words it. */
export const refused = (status: number, code: string, detail: string): Response =>
  Response.json({ detail, status, error: { code, message: detail, request_id: "r1" } }, { status });

/** Nobody answers. */
export const away = (): never => {
  throw new TypeError("Failed to fetch");
};
