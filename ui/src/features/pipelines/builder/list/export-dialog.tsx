/** The file as it is given away: without secrets, without pins unless they are wanted; and what it takes to run it elsewhere. */
import { Copy, Download } from 'lucide-react';
import { useState } from 'react';

import { useCall } from '@/api/query';
import { Button } from '@/components/button';
import { Checkbox } from '@/components/checkbox';
import { Dialog } from '@/components/dialog';
import { Failure } from '@/components/error-state';
import { ScrollArea } from '@/components/scroll-area';
import { SkeletonRows } from '@/components/skeleton';

import { Required } from '../run/capabilities';
import { takeFile } from './take-file';

export function ExportDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [pins, setPins] = useState(false);
  const [copied, setCopied] = useState(false);
  const file = useCall('pipeline/export', { id, pins }, { keepPrevious: true });
  const text = file.data ? `${JSON.stringify(file.data.definition, null, 2)}\n` : '';
  return (
    <Dialog
      open
      onClose={onClose}
      title="Export the pipeline"
      description="One text file, without secrets. Who imports it is shown what it needs."
      width="large"
      footer={
        <>
          <Button
            icon={Copy}
            disabled={text === ''}
            onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
          <Button
            variant="primary"
            icon={Download}
            disabled={text === ''}
            onClick={() => takeFile(`${id}.webplus.json`, text)}
          >
            Save as {id}.webplus.json
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Checkbox checked={pins} onChange={setPins}>
          With pinned results
        </Checkbox>
        {file.error && <Failure title="It can’t be exported" error={file.error} />}
        {!file.data && !file.error && <SkeletonRows label="Preparing the file" />}
        {file.data && (
          <>
            <Required requires={file.data.requires} />
            <ScrollArea label="The file" className="max-h-72 rounded-control border border-border bg-panel p-3">
              <pre className="font-mono text-caption whitespace-pre-wrap">{text}</pre>
            </ScrollArea>
          </>
        )}
      </div>
    </Dialog>
  );
}
