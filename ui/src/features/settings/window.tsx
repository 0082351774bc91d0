import { Switch } from '@/components/switch';

import { NotSaved, Row } from './parts';
import { useSettings } from './use-settings';

/** Only the desktop has a window of its own. */
export function WindowSettings() {
  const { settings, change, error } = useSettings();
  return (
    <>
      <Row
        title="Keep running in the tray"
        note="Closing the window leaves Web+ in the tray, where there is one. Answers that are being written go on."
      >
        <Switch
          aria-label="Keep running in the tray"
          checked={settings?.closeToTray ?? false}
          disabled={!settings}
          onChange={(closeToTray) => change({ closeToTray })}
        />
      </Row>
      {error && <NotSaved message={error.message} />}
    </>
  );
}
