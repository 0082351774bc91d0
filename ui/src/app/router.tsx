/** The addresses of the page. Typed: a link to a place that isn't here doesn't compile. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from '@tanstack/react-router';

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
// What the place shows, it reads from the address itself.
const newChat = createRoute({ getParentRoute: () => chat, path: '/' });
const conversation = createRoute({ getParentRoute: () => chat, path: '/$conversationId' });

const models = createRoute({
  getParentRoute: () => root,
  path: '/models',
  // The row whose details are open.
  validateSearch: (search: Record<string, unknown>): { model?: string } =>
    typeof search.model === 'string' ? { model: search.model } : {},
  component: lazyRouteComponent(() => import('./models-route'), 'ModelsPlace'),
});

const tabs = ['canvas', 'text', 'runs', 'versions', 'triggers', 'tests', 'settings'] as const;
export type PipelineTab = (typeof tabs)[number];

const pipelines = createRoute({
  getParentRoute: () => root,
  path: '/pipelines',
  component: lazyRouteComponent(() => import('./pipelines-route'), 'PipelinesRoute'),
});
const pipeline = createRoute({
  getParentRoute: () => root,
  path: '/pipelines/$pipelineId',
  // The view of it that is open, and the step that is chosen.
  validateSearch: (search: Record<string, unknown>): { tab?: PipelineTab; step?: string } => ({
    ...(tabs.some((tab) => tab === search.tab) ? { tab: search.tab as PipelineTab } : {}),
    ...(typeof search.step === 'string' ? { step: search.step } : {}),
  }),
  component: lazyRouteComponent(() => import('./pipelines-route'), 'PipelineRoute'),
});
const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  component: lazyRouteComponent(() => import('./run-route'), 'RunsRoute'),
});
const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$runId',
  component: lazyRouteComponent(() => import('./run-route'), 'RunRoute'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings-route'), 'SettingsRoute'),
});
const firstSection = createRoute({ getParentRoute: () => settings, path: '/' });
const settingsSection = createRoute({ getParentRoute: () => settings, path: '/$section' });

export function createPageRouter() {
  return createRouter({
    routeTree: root.addChildren([
      start,
      chat.addChildren([newChat, conversation]),
      pipelines,
      pipeline,
      runs,
      run,
      models,
      settings.addChildren([firstSection, settingsSection]),
    ]),
    defaultErrorComponent: PlaceFailed,
    // The code of a place comes when somebody is about to go there.
    defaultPreload: 'intent',
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createPageRouter>;
  }
}
