/** Gives a proof to keep, under the name that the service gives it. */
export function keep(file: string, { draftId, version }: { draftId: string; version: number }): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([file], { type: "text/plain;charset=utf-8" }));
  link.download = `${draftId}.${version}.tlog-proof`;
  link.click();
  URL.revokeObjectURL(link.href);
}
