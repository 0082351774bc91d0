import { Search } from 'lucide-react';
import { useState } from 'react';

import { useCall } from '@/api/query';
import { Input } from '@/components/input';
import { SkeletonRows } from '@/components/skeleton';
import { Time } from '@/components/time';
import { formatBytes, formatCount, formatPercent } from '@/lib/format';

import { Fact, Section } from './parts';
import { NotRead } from './texts-tab';

/** "3.4B", "135M", "576". */
const formatParameters = (count: number): string =>
  count >= 999_500_000
    ? `${(count / 1e9).toFixed(1)}B`
    : count >= 1_000_000
      ? `${Math.round(count / 1e6)}M`
      : formatCount(count);

/** What stands in its file: where it is, its tensors by type, and all that it says about itself. */
export function FileTab({ id }: { id: string }) {
  const details = useCall('model/show', { id });
  const [text, setText] = useState('');
  if (details.isPending) return <SkeletonRows label="Reading the model" rows={5} />;
  if (details.error) return <NotRead error={details.error} onRetry={() => void details.refetch()} />;
  const { file, digest, modifiedAt, tensors, metadata } = details.data;
  const bytes = tensors.reduce((sum, tensor) => sum + tensor.bytes, 0);
  const wanted = text.trim().toLowerCase();
  const shown = metadata.filter(({ key, value }) => `${key} ${value}`.toLowerCase().includes(wanted));
  return (
    <div className="flex flex-col gap-5 p-4">
      <dl className="tabular">
        <Fact name="File">
          {file === undefined ? undefined : <code className="font-mono text-caption break-all select-all">{file}</code>}
        </Fact>
        <Fact name="Digest">
          {digest === undefined ? undefined : (
            <code title={digest} className="font-mono text-caption select-all">
              {digest.replace(/^sha256:/, '').slice(0, 12)}
            </code>
          )}
        </Fact>
        <Fact name="Changed">{modifiedAt === undefined ? undefined : <Time at={modifiedAt} />}</Fact>
      </dl>
      {tensors.length > 0 && (
        <Section title="Tensors">
          <table className="tabular w-full text-dense">
            <caption className="sr-only">Tensors by type</caption>
            <thead className="text-caption text-muted-foreground">
              <tr>
                <th scope="col" className="py-1 text-left font-medium">
                  Type
                </th>
                <th scope="col" className="py-1 text-right font-medium">
                  Count
                </th>
                <th scope="col" className="py-1 text-right font-medium">
                  Parameters
                </th>
                <th scope="col" className="py-1 text-right font-medium">
                  Size
                </th>
                <th scope="col" className="py-1 text-right font-medium">
                  Share
                </th>
              </tr>
            </thead>
            <tbody>
              {[...tensors]
                .sort((one, other) => other.bytes - one.bytes)
                .map((tensor) => (
                  <tr key={tensor.type}>
                    <td className="border-t border-border py-1.5 font-medium">{tensor.type}</td>
                    <td className="border-t border-border py-1.5 text-right">{formatCount(tensor.count)}</td>
                    <td className="border-t border-border py-1.5 text-right">{formatParameters(tensor.parameters)}</td>
                    <td className="border-t border-border py-1.5 text-right">{formatBytes(tensor.bytes)}</td>
                    <td className="border-t border-border py-1.5 text-right text-muted-foreground">
                      {bytes > 0 ? formatPercent(tensor.bytes / bytes) : '–'}
                    </td>
                  </tr>
                ))}
            </tbody>
          </table>
        </Section>
      )}
      {metadata.length > 0 && (
        <Section title="Metadata">
          <Input
            icon={Search}
            aria-label="Find in the metadata"
            placeholder={`Find among ${formatCount(metadata.length)}`}
            value={text}
            onChange={setText}
          />
          {shown.length === 0 && <p className="py-2 text-dense text-muted-foreground">Nothing holds that.</p>}
          <dl>
            {shown.map(({ key, value }) => (
              <div key={key} className="border-b border-border py-1.5 last:border-0">
                <dt className="font-mono text-caption break-all text-muted-foreground">{key}</dt>
                <dd className="tabular text-dense break-words select-text">{value}</dd>
              </div>
            ))}
          </dl>
        </Section>
      )}
    </div>
  );
}
