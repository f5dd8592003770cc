import './shared/theme.css';
import urql from '@urql/vue';
import { createApp } from 'vue';
import App from './App.vue';
import { askViewer } from './features/account/use-viewer.ts';
import { createAppRouter } from './router.ts';
import { createClient } from './shared/client.ts';

const client = createClient({ onUnauthenticated: leaveToSignIn });
const router = createAppRouter({ askViewer: () => askViewer(client) });

createApp(App).use(urql, client).use(router).mount('#app');

/** The session ended while a page was open: sign in, then come back to it. */
function leaveToSignIn(): void {
  const { path, fullPath } = router.currentRoute.value;
  if (path !== '/sign-in') void router.push({ path: '/sign-in', query: { next: fullPath } });
}
