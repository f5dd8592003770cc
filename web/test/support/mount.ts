import type { Client } from '@urql/core';
import urql from '@urql/vue';
import { mount } from '@vue/test-utils';
import type { Component } from 'vue';
import { createMemoryHistory, createRouter, type RouteRecordRaw } from 'vue-router';

const blank = { template: '', render: () => null };

export interface MountOptions {
  client: Client;
  /** Address at which the page stands. @default '/' */
  at?: string;
  props?: Record<string, unknown>;
  /** Routes beside the page that a test expects to arrive at. */
  routes?: RouteRecordRaw[];
}

/** Mounts a page in the document with a client and a router, as the application does. */
export async function mountPage(
  page: Component,
  { client, at = '/', props = {}, routes = [] }: MountOptions,
) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [...routes, { path: '/:path(.*)*', component: blank }],
  });
  await router.push(at);
  const wrapper = mount(page, {
    attachTo: document.body,
    props,
    global: { plugins: [[urql, client], router] },
  });
  return { wrapper, router };
}
