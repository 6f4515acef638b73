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
import { useConnection } from './wavecraft';

export function App() {
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
