import './shared/theme.css';
import urql from '@urql/vue';
import { createApp } from 'vue';
import App from './App.vue';
import { askViewer } from './features/account/use-viewer.ts';
import { securityPath } from './navigation.ts';
import { createAppRouter } from './router.ts';
import { createClient } from './shared/client.ts';

const client = createClient({ onUnauthenticated: leaveToSignIn, onSecondFactorRequired: leaveToSecurity });
const router = createAppRouter({ askViewer: () => askViewer(client) });

createApp(App).use(urql, client).use(router).mount('#app');

/** The session ended while a page was open: sign in, then come back to it. */
function leaveToSignIn(): void {
  const { path, fullPath } = router.currentRoute.value;
  if (path !== '/sign-in') void router.push({ path: '/sign-in', query: { next: fullPath } });
}

/** Staff whose second factor is still to be set up see no other page. */
function leaveToSecurity(): void {
  if (router.currentRoute.value.path !== securityPath) void router.push(securityPath);
}
