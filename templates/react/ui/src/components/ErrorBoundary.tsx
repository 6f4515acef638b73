import { Component, type ErrorInfo, type ReactNode } from 'react';

interface State {
  error: unknown;
  failed: boolean;
  /** Where in the page it happened, from the inside out. */
  stack: string;
}

/** In place of a page that can't be drawn: what is wrong, and where. The sound goes on without the page. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null, failed: false, stack: '' };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error, failed: true };
  }

  override componentDidCatch(_error: unknown, { componentStack }: ErrorInfo): void {
    this.setState({ stack: componentStack ?? '' });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    const { error, stack } = this.state;
    return (
      <div className="app">
        <section className="card broken" role="alert">
          <h2>The page can’t be drawn</h2>
          <p className="error">{String(error)}</p>
          <p className="hint">The sound isn’t touched by it. Mend the component and save, or reload the page.</p>
          {import.meta.env.DEV && stack !== '' && (
            <pre tabIndex={0} role="region" aria-label="Where it happened">
              {stack.trim()}
            </pre>
          )}
          <button type="button" onClick={() => location.reload()}>
            Reload
          </button>
        </section>
      </div>
    );
  }
}
