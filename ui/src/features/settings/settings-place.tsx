import { Link, useParams } from '@tanstack/react-router';
import {
  Cpu,
  Download,
  History,
  Info,
  KeyRound,
  LockKeyhole,
  MessageSquare,
  PanelsTopLeft,
  Stethoscope,
  SunMoon,
  Webhook,
  Workflow,
  Zap,
} from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';

import type { Icon } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { Header } from '@/components/header';
import { ScrollArea } from '@/components/scroll-area';
import { useHost } from '@/host/host';

import { About } from './about';
import { Appearance } from './appearance';
import { Chat } from './chat';
import { Downloads } from './downloads';
import { Engine } from './engine';
import { WindowSettings } from './window';

interface Section {
  id: string;
  title: string;
  icon: Icon;
  /** What it is about, in a sentence. */
  note?: string;
  content: ReactNode;
}

/** One section at a time; each has an address, so that an error's button leads to where it is put right. */
export function SettingsPlace({
  providers,
  ollama,
  folder,
  doctor,
  pipelineFolders,
  runs,
  secrets,
  webhooks,
  selfTest,
}: {
  providers: ReactNode;
  ollama: ReactNode;
  /** Where the built-in engine’s models are, and the way to move them. */
  folder: ReactNode;
  doctor: ReactNode;
  /** Of pipelines. */
  pipelineFolders: ReactNode;
  /** How long they are kept. */
  runs: ReactNode;
  secrets: ReactNode;
  webhooks: ReactNode;
  selfTest: ReactNode;
}) {
  const host = useHost();
  const { section: wanted } = useParams({ strict: false });
  const sections: Section[] = [
    { id: 'appearance', title: 'Appearance', icon: SunMoon, content: <Appearance /> },
    {
      id: 'providers',
      title: 'Providers',
      icon: KeyRound,
      note: 'Who answers. A key is kept where you say, is sent to its own provider only, and is never shown again.',
      content: providers,
    },
    {
      id: 'engine',
      title: 'Engine',
      icon: Cpu,
      note: 'What runs models on this computer: the built-in engine, and Ollama where you want it.',
      content: (
        <>
          <Part title="Built-in engine">
            <Engine />
            {folder}
          </Part>
          <Part title="Ollama">{ollama}</Part>
        </>
      ),
    },
    { id: 'chat', title: 'Chat', icon: MessageSquare, content: <Chat /> },
    ...(host.kind === 'desktop'
      ? [{ id: 'window', title: 'Window', icon: PanelsTopLeft, content: <WindowSettings /> }]
      : []),
    { id: 'downloads', title: 'Downloads', icon: Download, content: <Downloads /> },
    {
      id: 'pipelines',
      title: 'Pipelines',
      icon: Workflow,
      note: 'Folders with pipelines that you keep as files, in git say.',
      content: pipelineFolders,
    },
    {
      id: 'runs',
      title: 'Runs',
      icon: History,
      note: 'How long runs that are over are kept, and what they take on the disk.',
      content: runs,
    },
    {
      id: 'secrets',
      title: 'Secrets',
      icon: LockKeyhole,
      note: 'Keys and tokens that steps of pipelines use. Each goes to the one place that it was entered for.',
      content: secrets,
    },
    {
      id: 'webhooks',
      title: 'Webhooks',
      icon: Webhook,
      note: 'Other programs that are told when runs end or wait.',
      content: webhooks,
    },
    {
      id: 'doctor',
      title: 'Doctor',
      icon: Stethoscope,
      note: 'What must work, checked one by one. It only looks; a button mends.',
      content: doctor,
    },
    { id: 'selftest', title: 'Self-test', icon: Zap, content: selfTest },
    { id: 'about', title: 'About', icon: Info, content: <About /> },
  ];
  const section = wanted === undefined ? sections[0] : sections.find(({ id }) => id === wanted);
  useEffect(() => host.setTitle('Settings'), [host]);
  const nav = useRef<HTMLElement>(null);
  // In a narrow window the sections stand in a row that scrolls.
  useEffect(() => {
    nav.current?.querySelector('[aria-current=page]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [section?.id]);
  return (
    <div className="@container flex h-full flex-col">
      <Header title="Settings" />
      <div className="flex min-h-0 flex-1 flex-col @2xl:flex-row">
        <nav
          ref={nav}
          aria-label="Sections of the settings"
          className="flex shrink-0 gap-0.5 overflow-x-auto border-b border-border bg-panel p-2 @2xl:w-52 @2xl:flex-col @2xl:overflow-y-auto @2xl:border-r @2xl:border-b-0"
        >
          {sections.map(({ id, title, icon: IconShown }) => (
            <Link
              key={id}
              to="/settings/$section"
              params={{ section: id }}
              replace
              aria-current={id === section?.id ? 'page' : undefined}
              className="focus-inset flex h-8 shrink-0 items-center gap-2 rounded-control px-2.5 text-dense font-medium text-muted-foreground transition-colors hover:bg-hover hover:text-foreground aria-[current=page]:bg-accent-surface aria-[current=page]:text-accent"
            >
              <IconShown className="size-4" />
              {title}
            </Link>
          ))}
        </nav>
        <ScrollArea className="flex-1">
          {section ? (
            <section aria-labelledby="section" className="mx-auto flex max-w-reading flex-col gap-5 p-6">
              <div>
                <h2 id="section" className="text-title">
                  {section.title}
                </h2>
                {section.note !== undefined && (
                  <p className="text-base text-pretty text-muted-foreground">{section.note}</p>
                )}
              </div>
              {section.content}
            </section>
          ) : (
            <EmptyState title="There is no such section">Choose one of the list.</EmptyState>
          )}
        </ScrollArea>
      </div>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-3">
      <h3 className="text-heading">{title}</h3>
      {children}
    </section>
  );
}
