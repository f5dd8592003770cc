import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  {
    path: '/surrenders/:id',
    component: () => import('./SurrenderPage.vue'),
    props: true,
    meta: { title: '退保详情', requires: 'signed-in' },
  },
];
