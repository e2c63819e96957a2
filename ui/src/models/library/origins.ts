/** Where a model is kept, in words. */
import type { Origin, OriginProgram } from '../../backend/bindings';
import * as m from '../../paraglide/messages';

/** The program's own name; Ollama's name for the model beside it, since nobody knows it by another. */
export function originWords({ program, name }: Origin): string {
  if (program === 'ollama' && name !== null) return `Ollama: ${name}`;
  return programName(program);
}

export function programName(program: OriginProgram): string {
  switch (program) {
    case 'hearth':
      return m.origin_hearth();
    case 'hugging_face_cache':
      return m.origin_hugging_face_cache();
    case 'lm_studio':
      return 'LM Studio';
    case 'ollama':
      return 'Ollama';
    case 'jan':
      return 'Jan';
    case 'gpt4_all':
      return 'GPT4All';
    case 'llama_cpp':
      return 'llama.cpp';
    case 'folder':
      return m.origin_folder();
  }
}

/** Each place once: a model may be kept by one program under several names. */
export function originList(origins: Origin[]): string[] {
  return [...new Set(origins.map(originWords))];
}
