import { useEffect, useState } from 'react';

/** Errors of the page's code outside of drawing, as in what a click does: told in a corner, while the page goes on. */
export function PageErrors() {
  const [error, setError] = useState<{ text: string; times: number } | null>(null);

  useEffect(() => {
    const tell = (thrown: unknown, where = '') => {
      const text = where ? `${String(thrown)} (${where})` : String(thrown);
      setError((last) => ({ text, times: last?.text === text ? last.times + 1 : 1 }));
    };
    const onError = ({ error, message, filename, lineno }: ErrorEvent) => {
      // Browsers say this when a picture was resized twice in a frame; nothing is wrong.
      if (message.startsWith('ResizeObserver loop')) return;
      const file = filename.split('/').at(-1)?.split('?')[0];
      tell(error ?? message, file && `${file}:${lineno}`);
    };
    const onRejection = ({ reason }: PromiseRejectionEvent) => tell(reason);
    addEventListener('error', onError);
    addEventListener('unhandledrejection', onRejection);
    return () => {
      removeEventListener('error', onError);
      removeEventListener('unhandledrejection', onRejection);
    };
  }, []);

  if (error === null) return null;
  return (
    <section className="card page-error" role="alert" aria-label="Error in the page">
      <p className="error">
        {error.text}
        {error.times > 1 && ` (${error.times} times)`}
      </p>
      <button type="button" onClick={() => setError(null)}>
        Dismiss
      </button>
      <button type="button" onClick={() => location.reload()}>
        Reload
      </button>
    </section>
  );
}
