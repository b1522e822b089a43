/** Every English sentence of the page. What is inserted is a parameter, so that a translation may put it elsewhere. */
export const text = {
  app: {
    name: "OneRing",
    skip: "Skip to the text",
    loading: "Loading …",
    unreachable: "The service can't be reached; trying again",
  },
  page: {
    notFound: "There is nothing here",
    notFoundWhy: "The address may be mistyped, or what was here is gone.",
    home: "To your drafts",
  },
} as const;
