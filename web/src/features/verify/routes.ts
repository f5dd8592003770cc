import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  { path: '/verify', component: () => import('./VerifyPage.vue'), meta: { title: '保函验真' } },
];
