import { Doctor, MoveFolder, OllamaPanel } from '@/features/engine';
import {
  FoldersSection,
  KeptSection,
  SecretsSection,
  SelfTestSection,
  WebhooksSection,
} from '@/features/pipelines/doors';
import { KeepField, ProvidersSection, useKeyPlaces } from '@/features/providers';
import { SettingsPlace } from '@/features/settings';

export const SettingsRoute = () => (
  <SettingsPlace
    providers={<ProvidersSection />}
    ollama={<OllamaPanel />}
    folder={<MoveFolder provider="embedded" />}
    doctor={<Doctor />}
    pipelineFolders={<FoldersSection />}
    runs={<KeptSection />}
    secrets={<Secrets />}
    webhooks={<WebhooksSection />}
    selfTest={<SelfTestSection />}
  />
);

/** Where a secret may be kept is asked as it is for a provider's key. */
function Secrets() {
  const { preset } = useKeyPlaces();
  return (
    <SecretsSection preset={preset} keepField={(value, onChange) => <KeepField value={value} onChange={onChange} />} />
  );
}
