import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  {
    path: '/orders/:id/pay',
    component: () => import('./PayPage.vue'),
    props: true,
    meta: { title: '支付订单', requires: 'certified' },
  },
  {
    path: '/orders/:id/pay/done',
    component: () => import('./PaidPage.vue'),
    props: true,
    meta: { title: '支付完成', requires: 'certified' },
  },
];
