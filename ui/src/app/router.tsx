/** The addresses of the page. Typed: a link to a place that isn't here doesn't compile. */
import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';

import { ChatPlace } from '@/features/chat';
import { ModelsPlace } from '@/features/models';
import { ProvidersSection } from '@/features/providers';
import { SettingsPlace } from '@/features/settings';

import { ChatRoute } from './chat-route';
import { NotFound, PlaceFailed } from './failures';
import { Shell } from './shell';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const start = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/chat', replace: true });
  },
});

const chat = createRoute({ getParentRoute: () => root, path: '/chat', component: ChatRoute });
const conversation = createRoute({
  getParentRoute: () => root,
  path: '/chat/$conversationId',
  component: ChatPlace,
});

const models = createRoute({
  getParentRoute: () => root,
  path: '/models',
  // The row whose details are open.
  validateSearch: (search: Record<string, unknown>): { model?: string } =>
    typeof search.model === 'string' ? { model: search.model } : {},
  component: ModelsPlace,
});

const settingsPlace = () => <SettingsPlace providers={<ProvidersSection />} />;
const settings = createRoute({ getParentRoute: () => root, path: '/settings', component: settingsPlace });
const settingsSection = createRoute({
  getParentRoute: () => root,
  path: '/settings/$section',
  component: settingsPlace,
});

export function createPageRouter() {
  return createRouter({
    routeTree: root.addChildren([start, chat, conversation, models, settings, settingsSection]),
    defaultErrorComponent: PlaceFailed,
    defaultPreload: false,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPageRouter>;
  }
}
