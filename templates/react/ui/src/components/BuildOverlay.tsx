import { useEffect, useState } from 'react';
import { useBuildStatus, type BuildStatus } from '../wavecraft';
import { CompilerText } from './CompilerText';

export interface FailedBuild {
  /** `null` while the engine builds. */
  failed: Extract<BuildStatus, { status: 'failed' }> | null;
  building: boolean;
  shown: boolean;
  show(shown: boolean): void;
}

/** The last build, if it failed: until one works. Each failure is shown, and may be hidden. */
export function useFailedBuild(): FailedBuild {
  const build = useBuildStatus();
  const [failed, setFailed] = useState<FailedBuild['failed']>(null);
  const [shown, show] = useState(false);

  useEffect(() => {
    // While the next build runs, the errors of the last one stay: that is when they are being mended.
    if (build?.status === 'building') return;
    setFailed(build?.status === 'failed' ? build : null);
    show(build?.status === 'failed');
  }, [build]);

  return { failed, building: build?.status === 'building', shown: shown && failed !== null, show };
}

/** Says in the header that the build failed, also when its text is hidden. */
export function BuildPill({ build: { failed, building, shown, show } }: { build: FailedBuild }) {
  if (failed === null) return null;
  return (
    <button type="button" className="pill" aria-expanded={shown} onClick={() => show(!shown)}>
      {building ? 'Building again…' : 'Build failed'}
    </button>
  );
}

/** What the compiler said, for as long as the engine doesn't build. It goes away with the next build that works. */
export function BuildOverlay({ build: { failed, building, shown, show } }: { build: FailedBuild }) {
  useEffect(() => {
    if (!shown) return;
    const onKeyDown = (event: KeyboardEvent) => event.key === 'Escape' && !event.defaultPrevented && show(false);
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [shown, show]);

  if (failed === null || !shown) return null;
  return (
    <section className="overlay" aria-label="Build failed">
      {/* Read out by a screen reader: that it failed. The compiler's text is for those who go there. */}
      <header role="alert">
        <h2>The engine doesn’t build</h2>
        <p>{building ? 'Building again…' : 'The processor from before goes on.'}</p>
      </header>
      <button type="button" onClick={() => show(false)}>
        Hide
      </button>
      <pre tabIndex={0} role="region" aria-label="What the compiler says">
        <CompilerText text={failed.coloured ?? failed.errors} places={failed.places} />
      </pre>
    </section>
  );
}
