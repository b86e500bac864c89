import './styles.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/queries';
import { beginForOther, forgetSession } from './auth/session';
import { language, loadLanguage, preferredLanguage, t } from './i18n';
import { reloadWhenReplaced } from './parts';
import { router } from './router';
import { toast } from './ui/toast';

function App() {
  // Texts are read as constants, so another language means another tree.
  const current = useSyncExternalStore(language.subscribe, language.get);
  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider key={current} router={router} />
    </QueryClientProvider>
  );
}

window.addEventListener('signed-out', (event) => {
  if ((event as CustomEvent<string>).detail === 'other_user') return beginForOther();
  if (/^\/(login|setup|forgot|reset|invite)\b/.test(location.pathname)) return;
  if (!queryClient.getQueryData(['me'])) return;
  const next = location.pathname + location.search;
  forgetSession();
  void router.navigate({ to: '/login', search: { next }, replace: true });
  toast(t.signedOutElsewhere);
});

reloadWhenReplaced(import.meta.url);

await loadLanguage(preferredLanguage());
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
