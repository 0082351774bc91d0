/** A question as it is asked: a line that says what it is, and what there is to read about it, in Markdown. */
export interface Question {
  title: string;
  body: string;
}

/** What isn't known of a step that may have happened, by what it does to the world. */
export function doubtOf(kind: string): { fact: string; question: string } {
  switch (kind) {
    case 'http':
    case 'webhook':
    case 'notify':
      return { fact: 'may have been sent', question: 'Was it?' };
    case 'shell':
    case 'git':
      return { fact: 'may have run to its end', question: 'Did it?' };
    case 'file':
      return { fact: 'may have been written', question: 'Was it?' };
    default:
      return { fact: 'may have happened', question: 'Did it?' };
  }
}

/** The most characters that a title has; a longer first paragraph is something to read. */
const mostTitle = 160;

export function readQuestion(question: string | undefined): Question {
  const text = question?.trim() ?? '';
  const end = text.indexOf('\n\n');
  const first = end < 0 ? text : text.slice(0, end);
  if (first === '' || first.length > mostTitle || first.includes('\n')) return { title: '', body: text };
  // Of Markdown's marks a title keeps the words.
  const title = first.replace(/^#+\s+/, '').replaceAll(/(\*\*|__|`)/g, '');
  return { title, body: end < 0 ? '' : text.slice(end + 2).trim() };
}
