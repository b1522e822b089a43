import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App, prepare } from "./App.tsx";
import { holdToken } from "./invites/heldToken.ts";
import "./styles/tokens.css";
import "./styles/base.css";

// Before anything that waits: while the page is loading, a link's secret must not stand in its address.
holdToken();

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no place for the application");
prepare(location.pathname);
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
