export { ModelsPlace } from '@/features/models';
