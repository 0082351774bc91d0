/**
 * What a person types or pastes to name a model: Ollama's `name:tag`, a Hugging Face repository, `repo/file.gguf`, or the address
 * of a GGUF. Read as it is typed, so that what is wrong is said before anything is asked. No requests, no React.
 */

/** Who can take it: any Ollama, or the built-in engine. */
export type EngineKind = 'ollama' | 'embedded';

export type Reference =
  | { type: 'empty' }
  | {
      type: 'model';
      /** What is sent. */
      reference: string;
      /** What it is, in words. */
      words: string;
      /** Who can take it, the usual one first. */
      targets: readonly EngineKind[];
      /** A sentence to think about before. */
      warning?: string;
    }
  | { type: 'wrong'; message: string };

const part = /^[a-z0-9_][a-z0-9_.-]*$/i;
const hubHosts = ['hf.co', 'huggingface.co', 'www.huggingface.co'];

export function readReference(typed: string): Reference {
  const text = typed
    .trim()
    .replace(/^ollama\s+(pull|run)\s+/i, '')
    .trim();
  if (text === '') return { type: 'empty' };
  if (/\s/.test(text)) return wrong('There is a space in it. A name has none: “qwen3:4b”.');
  if (text.length > 500) return wrong('That is too long for a name or an address.');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined)
    return scheme === 'http' || scheme === 'https'
      ? readAddress(text)
      : wrong(`${scheme}:// is no address of a model. Give one that begins with https://.`);
  const [host = '', ...rest] = text.split('/');
  if (hubHosts.includes(host.toLowerCase())) return readHub(rest.join('/'));
  if (/\.gguf$/i.test(text) && rest.length >= 2) return readHub(text);
  return readName(text);
}

function readAddress(text: string): Reference {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return wrong('That is no whole address.');
  }
  const path = url.pathname.replace(/^\/+|\/+$/g, '');
  if (hubHosts.includes(url.hostname)) {
    const file = /^([^/]+\/[^/]+)\/(?:resolve|blob)\/[^/]+\/(.+)$/.exec(path);
    if (file) return readHub(`${file[1]}/${file[2]}`);
    return readHub(path.replace(/\/tree\/.*$/, ''));
  }
  if (url.hostname === 'ollama.com') return readName(path.replace(/^library\//, ''));
  if (/\.gguf$/i.test(path)) {
    const file = decodeURIComponent(path.split('/').at(-1) ?? path);
    if (url.protocol === 'http:' && !here.test(url.hostname))
      return wrong('A file is got over https:// only, so that nobody on the way can change it.');
    if (/-\d{5}-of-\d{5}\.gguf$/i.test(file) && !/\/resolve\//.test(url.pathname))
      return wrong('That is one part of a model in several files. Name the model at its hub: “owner/name/file.gguf”.');
    return {
      type: 'model',
      reference: url.href,
      words: `The file ${file} from ${url.host}`,
      targets: ['embedded', 'ollama'],
    };
  }
  const name = readName(`${url.host}/${path}`);
  return name.type === 'model' && url.protocol === 'http:'
    ? { ...name, reference: `http://${name.reference}`, warning: unencrypted }
    : name;
}

/** This computer. */
const here = /^(localhost|127(\.\d+){3}|\[::1\])$/;

const unencrypted = 'It comes without encryption: anybody on the way could change it.';

/** "owner/name", "owner/name:Q4_K_M", "owner/name/file.gguf". */
function readHub(text: string): Reference {
  const [path = '', quantization] = splitTag(text);
  const [owner, name, ...file] = path.split('/');
  if (owner === undefined || name === undefined || !part.test(owner) || !part.test(name)) {
    return wrong('A Hugging Face model has an owner and a name: “owner/name”.');
  }
  if (file.length > 0) {
    const last = file.join('/');
    if (!/\.gguf$/i.test(last)) return wrong(`${last} is no GGUF file. Choose one that ends in .gguf.`);
    return {
      type: 'model',
      reference: `${owner}/${name}/${last}`,
      words: `The file ${last} of ${owner}/${name} at Hugging Face`,
      targets: ['embedded', 'ollama'],
    };
  }
  if (quantization !== undefined && !part.test(quantization)) return wrong('A quantisation looks like “Q4_K_M”.');
  return {
    type: 'model',
    reference: `hf.co/${owner}/${name}${quantization === undefined ? '' : `:${quantization}`}`,
    words: `${owner}/${name} at Hugging Face, ${quantization ?? 'the usual quantisation'}`,
    targets: ['ollama', 'embedded'],
  };
}

/** Ollama's own: `[host/][namespace/]model[:tag]`. */
function readName(text: string): Reference {
  const [path = '', tag] = splitTag(text);
  const parts = path.split('/');
  if (parts.length > 3) return wrong('It has too many parts. A name is “model:tag”, or “owner/model:tag”.');
  const named = parts.length === 3 || (parts.length === 2 && /[.:]|^localhost$/.test(parts[0] ?? ''));
  const [host, names] = named ? [parts[0], parts.slice(1)] : [undefined, parts];
  if (names.some((name) => name === '')) return wrong('A part of it is missing. A name is “model:tag”.');
  const bad = names.find((name) => !part.test(name));
  if (bad !== undefined) return wrong(`“${bad}” can’t be a name: letters, digits, “.”, “-” and “_” can.`);
  if (host !== undefined && !/^[a-z0-9.-]+(:\d{1,5})?$/i.test(host))
    return wrong(`“${host}” is no registry’s address.`);
  if (tag !== undefined && tag === '') return wrong('The tag behind “:” is missing.');
  if (tag !== undefined && !part.test(tag)) return wrong(`“${tag}” can’t be a tag.`);
  const cloud = tag === 'cloud' || tag?.endsWith('-cloud') === true;
  return {
    type: 'model',
    reference: text,
    words: `${names.join('/')}, ${tag === undefined ? 'the latest version' : `version ${tag}`}, from ${host ?? 'Ollama’s library'}`,
    targets: ['ollama'],
    ...(cloud ? { warning: 'This one runs on Ollama’s machines: what you write leaves this computer.' } : {}),
  };
}

/** The tag stands behind the last colon, and no slash behind that. */
function splitTag(text: string): [string, string | undefined] {
  const at = text.lastIndexOf(':');
  return at > text.lastIndexOf('/') ? [text.slice(0, at), text.slice(at + 1)] : [text, undefined];
}

const wrong = (message: string): Reference => ({ type: 'wrong', message });
