import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { ErrorBoundary } from './components/ErrorBoundary';
import { PageErrors } from './components/PageErrors';
import './signal.css';
import './styles.css';
import { Client, ClientContext, findAddress } from './wavecraft';

const client = new Client();
client.connect(findAddress());

// The address of a new start, with its key, may be opened in a tab that has the page already.
addEventListener('hashchange', () => {
  if (location.hash.includes('wc=')) client.connect(findAddress());
});

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <PageErrors />
    <ErrorBoundary>
      <ClientContext value={client}>
        <App />
      </ClientContext>
    </ErrorBoundary>
  </StrictMode>,
);
