/** The canvas with what stands around it: what can be added, what is chosen, what is wrong. */
import { ArrowLeft } from 'lucide-react';
import { useCallback, useState } from 'react';

import { Button } from '@/components/button';
import { SkeletonRows } from '@/components/skeleton';
import { SplitPane } from '@/components/split-pane';
import { later } from '@/lib/later';
import { inspectorLimits } from '@/lib/panel-width';

import type { Fault } from '../shared/api';
import { AddDialog, ConnectDialog } from './canvas/dialogs';
import { FaultLine } from './canvas/fault-list';
import { PalettePanel } from './canvas/palette-panel';
import { startOf, fill } from './run/run-form';
import { Inspector } from './inspector/inspector';
import { useEditor, useEditorState } from './model/use-editor';
import { TestStep } from './run/test-step';
import type { CanvasWays } from './canvas/canvas';
import { useTextBeside } from './views/beside';

const Canvas = later(() => import('./canvas/canvas'));
const TextView = later(() => import('./views/text-view'));
const paletteLimits = { min: 180, max: 320, initial: 208 };
const textLimits = { min: 280, max: 720, initial: 400 };

export function Bench({ step, onRun }: { step: string | undefined; onRun: (until?: string) => void }) {
  const editor = useEditor();
  const [ways, setWays] = useState<CanvasWays | null>(null);
  const [adding, setAdding] = useState(false);
  const [connecting, setConnecting] = useState<string | null>(null);
  const [test, setTest] = useState<{ step: string; round: number } | null>(null);
  const [chosen] = useEditorState((state) => state.chosen).nodes;
  const isBeside = useTextBeside();
  const onTest = useCallback((id: string) => {
    setTest((before) => ({ step: id, round: (before?.round ?? 0) + 1 }));
  }, []);
  const go = ({ node }: Fault) => {
    if (node === undefined) return;
    editor.choose({ nodes: [node] });
    ways?.show(node);
  };
  // Where there is room for one of both, the inspector comes when it is asked for.
  const [filling, setFilling] = useState(false);
  const testing = test !== null && test.step === chosen;
  return (
    <>
      <SplitPane
        name="pipelines.inspector"
        label="Inspector"
        edge="right"
        limits={inspectorLimits}
        narrow={filling && chosen !== undefined ? 'side' : 'content'}
        side={
          <div
            className="h-full overflow-y-auto"
            onKeyDown={(event) => {
              // Out of the fields again, unless a list of one of them is what Escape closes.
              if (event.key !== 'Escape' || event.defaultPrevented || chosen === undefined) return;
              if (!(event.target instanceof HTMLElement) || !event.currentTarget.contains(event.target)) return;
              if (event.target.getAttribute('aria-expanded') === 'true') return;
              ways?.focus(chosen);
            }}
          >
            <div className="border-b border-border p-2 sm:hidden">
              <Button variant="ghost" icon={ArrowLeft} onClick={() => setFilling(false)}>
                Back to the canvas
              </Button>
            </div>
            <Inspector
              onTest={onTest}
              onRunTo={onRun}
              result={
                testing && (
                  <TestStep
                    key={test.round}
                    step={test.step}
                    inputs={
                      fill(
                        editor.store.get().definition.inputs ?? {},
                        startOf(editor.store.get().definition.inputs ?? {}),
                      ).values
                    }
                    onClose={() => setTest(null)}
                  />
                )
              }
            />
          </div>
        }
      >
        <SplitPane
          name="pipelines.text"
          label="Text"
          edge="right"
          limits={textLimits}
          hidden={!isBeside}
          side={isBeside && <TextView at={chosen} meanwhile={<SkeletonRows label="Loading the text" />} />}
        >
          <SplitPane
            name="pipelines.palette"
            label="Steps"
            limits={paletteLimits}
            side={
              <PalettePanel
                onAdd={(kind) => ways?.add(kind)}
                onShow={(id) => {
                  editor.choose({ nodes: [id] });
                  ways?.show(id);
                }}
              />
            }
          >
            <div className="@container flex h-full min-h-0 flex-col">
              <div className="relative min-h-0 flex-1">
                <Canvas
                  meanwhile={<SkeletonRows label="Loading the canvas" />}
                  at={step}
                  onReady={setWays}
                  onAdd={() => setAdding(true)}
                  onConnect={setConnecting}
                  onTest={onTest}
                />
              </div>
              {chosen !== undefined && (
                <div className="border-t border-border p-2 sm:hidden">
                  <Button onClick={() => setFilling(true)}>Fill in what is chosen</Button>
                </div>
              )}
              <FaultLine onGo={go} />
            </div>
          </SplitPane>
        </SplitPane>
      </SplitPane>
      {adding && (
        <AddDialog
          onClose={() => setAdding(false)}
          onAdd={(kind) => {
            setAdding(false);
            ways?.add(kind);
          }}
        />
      )}
      {connecting !== null && (
        <ConnectDialog
          from={connecting}
          onClose={() => {
            setConnecting(null);
            ways?.focus(connecting);
          }}
          onDraw={(wanted) => {
            setConnecting(null);
            ways?.draw(wanted);
            ways?.focus(connecting);
          }}
        />
      )}
    </>
  );
}
