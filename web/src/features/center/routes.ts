import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  {
    path: '/center',
    component: () => import('./CenterLayout.vue'),
    meta: { requires: 'signed-in' },
    children: [
      { path: '', component: () => import('./CenterHomePage.vue'), meta: { title: '我的主页' } },
      { path: 'orders', component: () => import('./CenterOrdersPage.vue'), meta: { title: '保证金订单' } },
      { path: 'invoices', component: () => import('./CenterInvoicesPage.vue'), meta: { title: '我的发票' } },
    ],
  },
];
