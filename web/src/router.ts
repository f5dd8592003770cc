import { createRouter, createWebHistory, type RouteRecordRaw, type Router } from 'vue-router';
import type { Viewer } from './features/account/use-viewer.ts';
import { routes as landingRoutes } from './features/landing/routes.ts';
import { detourFor } from './navigation.ts';
import { requestPageFocus } from './shared/page-focus.ts';

/** Each feature brings its own routes; the landing page stands apart, since it does without Element Plus. */
const featureRoutes = Object.values(
  import.meta.glob<RouteRecordRaw[]>(['./features/*/routes.ts', '!./features/landing/routes.ts'], {
    eager: true,
    import: 'routes',
  }),
).flat();

const siteName = '本溪市公共资源交易中心金融服务平台';

export interface RouterOptions {
  /** Who is signed in; asked before a page that requires somebody. */
  askViewer: () => Promise<Viewer | null>;
}

export function createAppRouter({ askViewer }: RouterOptions): Router {
  const router = createRouter({
    history: createWebHistory(),
    scrollBehavior: (to, from, saved) => {
      // A filter changes what is in sight; another page of a list is read from its top.
      const isSamePage = to.path === from.path && to.query.after === from.query.after;
      return saved ?? (isSamePage ? false : { top: 0 });
    },
    routes: [
      ...landingRoutes,
      { path: '/', component: () => import('./layout/ServicePages.vue'), children: featureRoutes },
      {
        path: '/:path(.*)*',
        component: () => import('./layout/NotFoundPage.vue'),
        meta: { title: '页面不存在' },
      },
    ],
  });

  router.beforeEach(async (to) => {
    if (!to.meta.requires) return true;
    return detourFor(to.meta.requires, await askViewer(), to.fullPath) ?? true;
  });

  router.afterEach((to, from, failure) => {
    if (failure) return;
    document.title = to.meta.title ? `${to.meta.title} - ${siteName}` : siteName;
    // The first page is read from its top; only a navigation moves the focus.
    const isFirstPage = from.matched.length === 0;
    if (!isFirstPage && to.path !== from.path) void requestPageFocus();
  });

  // After a release the old page's chunks are gone: load the new page whole instead of failing silently.
  router.onError((error, to) => {
    if (/dynamically imported module|module script|preload/i.test(String(error)))
      window.location.assign(to.fullPath);
  });

  return router;
}
