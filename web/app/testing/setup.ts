/* What every test of a component needs: an empty page before it, and what jsdom leaves out of the DOM. */
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// Conditions are waited for; how fast the machine is, is no condition.
configure({ asyncUtilTimeout: 20_000 });
vi.setConfig({ testTimeout: 60_000 });

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  if (typeof document === "undefined") return;
  cleanup();
  sessionStorage.clear();
  localStorage.clear();
});

if (typeof HTMLDialogElement !== "undefined") {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
    this.querySelector<HTMLElement>("button, input")?.focus();
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
    this.dispatchEvent(new Event("close"));
  };
}

if (typeof window !== "undefined") window.scrollTo = () => {};
