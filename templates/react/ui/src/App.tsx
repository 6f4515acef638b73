import { BuildOverlay, BuildPill, useFailedBuild } from './components/BuildOverlay';
import { Compare } from './components/Compare';
import { History } from './components/History';
import { Meters } from './components/Meters';
import { NoKey } from './components/NoKey';
import { Notices } from './components/Notices';
import { ParameterPanel } from './components/ParameterPanel';
import { Presets } from './components/Presets';
import { Scope } from './components/Scope';
import { SourceStrip } from './components/SourceStrip';
import { Spectrum } from './components/Spectrum';
import { StatusLine } from './components/StatusLine';
import { Transport } from './components/Transport';
import { useConnection, useInPlugin } from './wavecraft';

/** In the companion: all there is. In a plugin its host has the rest. */
export function App() {
  return useInPlugin() ? <InPlugin /> : <InCompanion />;
}

function InPlugin() {
  return (
    <div className="app in-plugin">
      <header className="title">
        <h1>Wavecraft Demo</h1>
      </header>
      <main>
        <div className="controls">
          <Presets />
          <ParameterPanel />
        </div>
      </main>
    </div>
  );
}

function InCompanion() {
  const connection = useConnection();
  const build = useFailedBuild();
  return (
    <div className="app">
      <header className="title">
        <h1>Wavecraft Demo</h1>
        <BuildPill build={build} />
        <span className="link" data-state={connection.state}>
          {connection.state === 'connected' ? 'Connected' : 'Offline'}
        </span>
      </header>
      {connection.state === 'noToken' ? (
        <NoKey />
      ) : (
        <>
          <Notices />
          <main>
            <div className="controls">
              <Presets />
              <div className="tools">
                <History />
                <Compare />
              </div>
              <ParameterPanel />
            </div>
            <div className="signal">
              <Meters />
              <Transport />
              <SourceStrip />
              <Scope />
              <Spectrum />
            </div>
          </main>
        </>
      )}
      <StatusLine />
      <BuildOverlay build={build} />
    </div>
  );
}
