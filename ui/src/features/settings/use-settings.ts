import type { Settings, SettingsUpdateParams } from '@/api/generated';
import { callKey, useCall, useMutate } from '@/api/query';

/** The settings and how to change them: shown at once, saved at once, taken back where saving fails. */
export function useSettings() {
  const settings = useCall('settings/get', {});
  const update = useMutate('settings/update', {
    optimistic: (changes: SettingsUpdateParams, queries) => {
      const key = callKey('settings/get', {});
      const before = queries.getQueryData<Settings>(key);
      queries.setQueryData<Settings>(key, (all) => all && changed(all, changes));
      return () => queries.setQueryData(key, before);
    },
  });
  return { settings: settings.data, loading: settings, change: update.mutate, error: update.error };
}

/** With what the changes name; what is null goes. */
function changed(all: Settings, { defaultModel, downloadLimit, ...changes }: SettingsUpdateParams): Settings {
  const { defaultModel: model, downloadLimit: limit, ...rest } = { ...all, ...changes };
  const [nextModel, nextLimit] = [
    defaultModel === undefined ? model : defaultModel,
    downloadLimit === undefined ? limit : downloadLimit,
  ];
  return {
    ...rest,
    ...(nextModel === undefined || nextModel === null ? {} : { defaultModel: nextModel }),
    ...(nextLimit === undefined || nextLimit === null ? {} : { downloadLimit: nextLimit }),
  };
}
