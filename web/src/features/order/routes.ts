import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  {
    path: '/orders/:id',
    component: () => import('./OrderPage.vue'),
    props: true,
    meta: { title: '订单详情', requires: 'signed-in' },
  },
];
