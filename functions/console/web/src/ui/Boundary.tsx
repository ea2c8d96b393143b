// Holds a page that fails while it is drawn, so that the frame around it stays and says what to do.
import { Component, type ComponentChildren } from "preact";
import { Button, LinkButton } from "./Button";
import { EmptyState, PageHead } from "./parts";

interface State {
  failed: boolean;
}

export class Boundary extends Component<{ children: ComponentChildren }, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(): State {
    return { failed: true };
  }

  override componentDidCatch(error: unknown): void {
    console.error(error);
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div class="page">
        <PageHead title="This page cannot be shown" />
        <EmptyState
          icon="alert"
          title="Something on it went wrong"
          actions={
            <>
              <Button kind="primary" onClick={() => location.reload()}>Reload</Button>
              <LinkButton href="/app/settings/general">Go to Settings</LinkButton>
            </>
          }
        >
          Reload the page. If it happens again, the other pages can still be used.
        </EmptyState>
      </div>
    );
  }
}
