import { Doctor, MoveFolder, OllamaPanel } from '@/features/engine';
import { ProvidersSection } from '@/features/providers';
import { SettingsPlace } from '@/features/settings';

export const SettingsRoute = () => (
  <SettingsPlace
    providers={<ProvidersSection />}
    ollama={<OllamaPanel />}
    folder={<MoveFolder provider="embedded" />}
    doctor={<Doctor />}
  />
);
