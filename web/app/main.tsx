import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./styles/tokens.css";

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no place for the application");
createRoot(root).render(
  <StrictMode>
    <h1>OneRing</h1>
  </StrictMode>,
);
