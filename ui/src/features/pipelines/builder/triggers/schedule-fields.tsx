/** When: the common schedules by choosing, all others as cron. */
import { useState } from 'react';

import { Checkbox } from '@/components/checkbox';
import { Field } from '@/components/field';
import { Input } from '@/components/input';
import { Select } from '@/components/select';

import { SuggestField } from '../inspector/suggest-field';
import { clockOf, oftenWords, readClock, readCron, weekdays, writeCron, type Often, type Times } from './cron';

export type Missed = 'skip' | 'once' | 'all';

const missedWords: readonly { value: Missed; label: string }[] = [
  { value: 'once', label: 'Run once for all of them' },
  { value: 'skip', label: 'Let them be' },
  { value: 'all', label: 'Run for each, 100 at most' },
];

const zones: readonly string[] = [
  'local',
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC'),
];

export interface ScheduleFieldsProps {
  cron: string;
  zone: string;
  missed: Missed;
  error: string | null;
  onChange: (changes: { cron?: string; tz?: string; missed?: Missed }) => void;
}

export function ScheduleFields({ cron, zone, missed, error, onChange }: ScheduleFieldsProps) {
  const times = readCron(cron);
  // Whoever wants to write it sees it as text, whatever it says.
  const [own, setOwn] = useState(times.often === 'own');
  const often: Often = own ? 'own' : times.often;
  const set = (changes: Partial<Times>) => {
    const next = writeCron({ ...times, ...changes });
    if (next !== null) onChange({ cron: next });
  };
  return (
    <>
      <div className="flex flex-wrap items-end gap-2">
        <Field label="How often" className="w-56">
          <Select
            options={oftenWords}
            value={often}
            onChange={(next) => {
              setOwn(next === 'own');
              if (next !== 'own') set({ often: next });
            }}
          />
        </Field>
        {often === 'minutes' && (
          <Field label="Minutes between" className="w-36">
            <Input
              type="number"
              min={1}
              max={59}
              value={String(times.every)}
              onChange={(text) => {
                const every = Math.round(Number(text));
                if (every >= 1 && every <= 59) set({ every });
              }}
            />
          </Field>
        )}
        {often === 'hourly' && (
          <Field label="Minute of the hour" className="w-36">
            <Input
              type="number"
              min={0}
              max={59}
              value={String(times.minute)}
              onChange={(text) => {
                const minute = Math.round(Number(text));
                if (text !== '' && minute >= 0 && minute <= 59) set({ minute });
              }}
            />
          </Field>
        )}
        {often === 'monthly' && (
          <Field label="Day of the month" className="w-36">
            <Input
              type="number"
              min={1}
              max={31}
              value={String(times.day)}
              onChange={(text) => {
                const day = Math.round(Number(text));
                if (day >= 1 && day <= 31) set({ day });
              }}
            />
          </Field>
        )}
        {(often === 'daily' || often === 'weekly' || often === 'monthly') && (
          <Field label="At" className="w-36">
            <Input
              type="time"
              value={clockOf(times)}
              onChange={(text) => {
                const clock = readClock(text);
                if (clock) set(clock);
              }}
            />
          </Field>
        )}
        {often === 'own' && (
          <Field label="Minute, hour, day, month, weekday" error={error} className="w-56">
            <Input value={cron} onChange={(text) => onChange({ cron: text })} className="font-mono text-dense!" />
          </Field>
        )}
      </div>
      {often === 'weekly' && (
        <fieldset className="flex flex-wrap gap-x-4 gap-y-1">
          <legend className="sr-only">Days</legend>
          {weekdays.map(({ day, name }) => (
            <Checkbox
              key={day}
              checked={times.days.includes(day)}
              onChange={(on) => set({ days: on ? [...times.days, day] : times.days.filter((other) => other !== day) })}
            >
              {name}
            </Checkbox>
          ))}
        </fieldset>
      )}
      <div className="grid items-end gap-2 sm:grid-cols-2">
        <SuggestField
          label="Time zone"
          description="“local” is this computer’s, wherever it travels."
          value={zone}
          items={zones}
          none="No time zone is called so. Such as Europe/Berlin."
          onChange={(tz) => onChange({ tz })}
        />
        <Field label="Runs that were missed" description="While Web+ was closed or the computer slept.">
          <Select options={missedWords} value={missed} onChange={(next) => onChange({ missed: next })} />
        </Field>
      </div>
    </>
  );
}
