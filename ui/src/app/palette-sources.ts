/** What the palette finds beside actions: conversations by their titles, models and pipelines by their names, and the newest runs. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Boxes, History, MessageSquare, MessageSquarePlus, Play, Square, Star, Workflow } from 'lucide-react';
import { useEffect, useRef } from 'react';

import type { Client } from '@/api/client';
import { toApiError } from '@/api/error';
import type { Model } from '@/api/generated';
import { callKey, useClient } from '@/api/query';
import { showToast } from '@/components/toast';
import { isLocal } from '@/features/models';
import { filterActions, registerActionSource, type Action } from '@/lib/actions';
import { formatRelative } from '@/lib/format';

interface Ways {
  toConversation: (id: string) => void;
  toModel: (id: string) => void;
  toPipeline: (id: string) => void;
  toRun: (id: string) => void;
}

/** Done from the palette there is no place to say what went wrong, so this says it over the page. */
function attempt(what: string, work: Promise<unknown>): void {
  work.catch((thrown: unknown) =>
    showToast({ title: what, description: toApiError(thrown).message, tone: 'danger', lasts: 0 }),
  );
}

export function modelActions(model: Model, client: Client, ways: Ways): Action[] {
  const { id, name, state, capabilities } = model;
  const keywords = `${id} model ${isLocal(model) ? 'local' : 'cloud'}`;
  const action = (verb: string, title: string, icon: Action['icon'], run: () => void): Action => ({
    id: `model.${verb}.${id}`,
    title,
    section: 'Models',
    keywords,
    icon,
    run,
  });
  const list: Action[] = [];
  if (capabilities.some((capability) => capability === 'chat' || capability === 'completion')) {
    list.push(
      action('chat', `New chat with ${name}`, MessageSquarePlus, () =>
        attempt(
          'The chat wasn’t begun',
          client
            .call('conversation/create', { model: id })
            .then((conversation) => ways.toConversation(conversation.id)),
        ),
      ),
    );
  }
  if (isLocal(model) && state.type === 'on_disk') {
    list.push(
      action('start', `Load ${name}`, Play, () => attempt(`${name} wasn’t loaded`, client.call('model/start', { id }))),
    );
  }
  if (state.type === 'loaded') {
    list.push(
      action('stop', `Unload ${name}`, Square, () =>
        attempt(`${name} wasn’t unloaded`, client.call('model/stop', { id })),
      ),
    );
  }
  list.push(
    action('default', `Use ${name} for new chats`, Star, () =>
      attempt('The model wasn’t chosen', client.call('settings/update', { defaultModel: id })),
    ),
    action('show', `Show ${name}`, Boxes, () => ways.toModel(id)),
  );
  return list;
}

export function usePaletteSources(): void {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const ways = useRef<Ways | null>(null);
  useEffect(() => {
    ways.current = {
      toConversation: (conversationId) => void navigate({ to: '/chat/$conversationId', params: { conversationId } }),
      toModel: (model) => void navigate({ to: '/models', search: { model } }),
      toPipeline: (pipelineId) => void navigate({ to: '/pipelines/$pipelineId', params: { pipelineId } }),
      toRun: (runId) => void navigate({ to: '/runs/$runId', params: { runId } }),
    };
  });
  useEffect(() => {
    const go: Ways = {
      toConversation: (id) => ways.current?.toConversation(id),
      toModel: (id) => ways.current?.toModel(id),
      toPipeline: (id) => ways.current?.toPipeline(id),
      toRun: (id) => ways.current?.toRun(id),
    };
    const stops = [
      registerActionSource({
        id: 'conversations',
        async search(text, signal) {
          const { items } = await client.call('conversation/list', { title: text, limit: 6 }, signal);
          return items.map(({ id, title }) => ({
            id: `conversation.${id}`,
            title,
            section: 'Conversations',
            icon: MessageSquare,
            run: () => go.toConversation(id),
          }));
        },
      }),
      registerActionSource({
        id: 'models',
        async search(text) {
          const { models } = await queries.fetchQuery({
            queryKey: callKey('model/list', {}),
            queryFn: ({ signal }) => client.call('model/list', {}, signal),
            staleTime: Infinity,
          });
          return filterActions(
            models.flatMap((model) => modelActions(model, client, go)),
            text,
          ).slice(0, 8);
        },
      }),
      registerActionSource({
        id: 'pipelines',
        async search(text) {
          const pipelines = await queries.fetchQuery({
            queryKey: callKey('pipeline/list', {}),
            queryFn: ({ signal }) => client.call('pipeline/list', {}, signal),
            staleTime: Infinity,
          });
          return filterActions(
            pipelines.map(({ id, name }): Action => ({
              id: `pipeline.${id}`,
              title: name,
              section: 'Pipelines',
              keywords: `${id} pipeline`,
              icon: Workflow,
              run: () => go.toPipeline(id),
            })),
            text,
          ).slice(0, 6);
        },
      }),
      registerActionSource({
        id: 'runs',
        async search(text, signal) {
          const { items } = await client.call('run/list', { limit: 50 }, signal);
          return filterActions(
            items.map((run): Action => ({
              id: `run.${run.id}`,
              title: `${run.pipelineName}, ${run.status} ${formatRelative(run.createdAt, Date.now())}`,
              section: 'Runs',
              keywords: `run ${run.pipelineId}`,
              icon: History,
              run: () => go.toRun(run.id),
            })),
            text,
          ).slice(0, 5);
        },
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }, [client, queries]);
}
