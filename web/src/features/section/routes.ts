import type { RouteRecordRaw } from 'vue-router';

export const routes: RouteRecordRaw[] = [
  { path: '/sections', component: () => import('./SectionListPage.vue'), meta: { title: '项目标段' } },
  {
    path: '/sections/:id',
    component: () => import('./SectionPage.vue'),
    props: true,
    meta: { title: '保证金服务' },
  },
];
