/** The ways to a model: chosen from a list, searched for, named, or found on this disk already. */
import { useState } from 'react';

import { Dialog } from '@/components/dialog';
import { Tabs } from '@/components/tabs';

import { ByName } from './by-name';
import { CatalogueTab } from './catalogue-tab';
import { HubTab } from './hub-tab';
import { OnDisk } from './on-disk';

type Way = 'catalogue' | 'search' | 'name' | 'disk';

export default function GetModel({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [way, setWay] = useState<Way>('catalogue');
  return (
    <Dialog
      open={open}
      onClose={onClose}
      width="large"
      title="Get a model"
      description="It goes on while you do something else. What can be read about a model is what its makers say."
    >
      <Tabs
        aria-label="Where from"
        value={way}
        onChange={setWay}
        className="h-[56vh]"
        tabs={[
          { value: 'catalogue', label: 'Catalogue', content: <CatalogueTab /> },
          { value: 'search', label: 'Search', content: <HubTab /> },
          { value: 'name', label: 'By name or address', content: <ByName onDone={onClose} /> },
          { value: 'disk', label: 'On this disk', content: <OnDisk /> },
        ]}
      />
    </Dialog>
  );
}
