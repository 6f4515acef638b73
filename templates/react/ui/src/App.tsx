import { BuildOverlay } from './components/BuildOverlay';
import { Compare } from './components/Compare';
import { ConnectionPanel } from './components/ConnectionPanel';
import { Meters } from './components/Meters';
import { Notices } from './components/Notices';
import { ParameterPanel } from './components/ParameterPanel';
import { Scope } from './components/Scope';
import { Spectrum } from './components/Spectrum';
import { StatusLine } from './components/StatusLine';
import { useConnection } from './wavecraft';

export function App() {
  const connection = useConnection();
  return (
    <div className="app">
      <header className="title">
        <h1>Wavecraft Demo</h1>
        <span className="link" data-state={connection.state}>
          {connection.state === 'connected' ? 'Connected' : 'Offline'}
        </span>
      </header>
      <Notices />
      <ConnectionPanel />
      {connection.state !== 'noToken' && (
        <main>
          <div className="controls">
            <Compare />
            <ParameterPanel />
          </div>
          <div className="signal">
            <Meters />
            <Scope />
            <Spectrum />
          </div>
        </main>
      )}
      <StatusLine />
      <BuildOverlay />
    </div>
  );
}
