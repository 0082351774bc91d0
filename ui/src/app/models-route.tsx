import { OllamaLine } from '@/features/engine';
import { ModelsPlace as Place } from '@/features/models';

export const ModelsPlace = () => <Place engine={<OllamaLine />} />;
