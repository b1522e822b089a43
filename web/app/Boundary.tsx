import { Component, type ReactNode } from "react";
import { text } from "./strings.ts";
import { Button } from "./ui/Button.tsx";
import { Empty } from "./ui/Empty.tsx";
import { Page } from "./ui/Page.tsx";

/** Where a fault of the page ends: in words and with a way out, instead of a white page. */
export class Boundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <Page title={text.page.broken}>
        <Empty title={text.page.brokenWhy}>
          <Button kind="primary" onClick={() => location.reload()}>
            {text.page.reload}
          </Button>
          <a href="/">{text.page.home}</a>
        </Empty>
      </Page>
    );
  }
}
