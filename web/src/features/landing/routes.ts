import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  { path: '/', component: () => import('./LandingPage.vue') },
  {
    path: '/modules/:code',
    component: () => import('./ModulePage.vue'),
    props: true,
    meta: { title: '业务模块' },
  },
  { path: '/help', component: () => import('./HelpPage.vue'), meta: { title: '帮助' } },
];
