import { Segmented } from '@/components/segmented';
import { Select } from '@/components/select';

import { useTargets } from '../targets';

/** For which engine; side by side where they are few. */
export function TargetChoice({ value, onChange }: { value: string; onChange: (target: string) => void }) {
  const options = useTargets().map(({ value, label }) => ({ value, label }));
  return options.length <= 3 ? (
    <Segmented aria-label="For which engine" options={options} value={value} onChange={onChange} />
  ) : (
    <Select aria-label="For which engine" options={options} value={value} onChange={onChange} className="w-44" />
  );
}
