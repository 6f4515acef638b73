import { useEffect, useState } from 'react';
import { useBuildStatus } from '../wavecraft';

/** What the compiler said, for as long as the engine doesn't build. It goes away with the next build that works. */
export function BuildOverlay() {
  const build = useBuildStatus();
  const [errors, setErrors] = useState<string | null>(null);

  useEffect(() => {
    // While the next build runs, the errors of the last one stay: that is when they are being mended.
    if (build?.status !== 'building') setErrors(build?.status === 'failed' ? build.errors : null);
  }, [build]);

  useEffect(() => {
    if (errors === null) return;
    const onKeyDown = (event: KeyboardEvent) => event.key === 'Escape' && setErrors(null);
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [errors]);

  if (errors === null) return null;
  return (
    <section className="overlay" aria-label="Build failed">
      {/* Read out by a screen reader: that it failed. The compiler's text is for those who go there. */}
      <header role="alert">
        <h2>The engine doesn’t build</h2>
        <p>{build?.status === 'building' ? 'Building again…' : 'The processor from before goes on.'}</p>
      </header>
      <button type="button" onClick={() => setErrors(null)}>
        Hide
      </button>
      <pre tabIndex={0} role="region" aria-label="What the compiler says">
        {errors}
      </pre>
    </section>
  );
}
