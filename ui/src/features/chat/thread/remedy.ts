import type { MessageView } from '@/api/generated';

/** The one thing to do about an answer that broke. */
export interface Remedy {
  type: 'retry' | 'continue' | 'choose-model' | 'providers' | 'models' | 'chat-settings';
  label: string;
}

export function remedyOf({ status, errorCode, model, text }: MessageView): Remedy {
  if (model === undefined) return { type: 'choose-model', label: 'Choose a model' };
  switch (errorCode) {
    case 'provider_auth':
    case 'keychain_locked':
    case 'keychain_missing':
      return { type: 'providers', label: 'Open providers and keys' };
    case 'model_not_found':
    case 'context_too_long':
      return { type: 'choose-model', label: 'Choose another model' };
    case 'out_of_memory':
      return { type: 'choose-model', label: 'Choose a smaller model' };
    case 'model_damaged':
    case 'engine_unavailable':
      return { type: 'models', label: 'Open Models' };
    // Models are the largest things that Web+ keeps.
    case 'disk_full':
      return { type: 'models', label: 'Free space in Models' };
    case 'invalid_input':
      return { type: 'chat-settings', label: 'Open chat settings' };
    default:
      return status === 'interrupted' && text !== ''
        ? { type: 'continue', label: 'Continue' }
        : { type: 'retry', label: 'Try again' };
  }
}

export function titleOf({ status, errorCode }: MessageView): string {
  if (status === 'interrupted')
    return errorCode === 'disk_full' ? 'This answer isn’t saved yet' : 'The answer broke off';
  switch (errorCode) {
    case 'provider_auth':
      return 'The provider refused the key';
    case 'provider_unreachable':
      return 'The provider can’t be reached';
    case 'rate_limited':
      return 'The provider asked to wait';
    case 'model_not_found':
      return 'The model isn’t there';
    case 'model_damaged':
      return 'The model’s file is damaged';
    case 'out_of_memory':
      return 'The model doesn’t fit into memory';
    case 'context_too_long':
      return 'The conversation is too long for this model';
    default:
      return 'No answer came';
  }
}
