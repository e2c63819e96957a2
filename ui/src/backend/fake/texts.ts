/** Conversations as people have them, for pictures and tests: plain talk, long reading, code, tables. */
export interface Exchange {
  question: string;
  answer: string;
}

export const sourdough: Exchange[] = [
  {
    question: 'My sourdough bread comes out flat and dense. What am I doing wrong?',
    answer: `A flat, dense loaf almost always means one of two things: the dough was **not fermented enough**, or the starter was not strong enough to lift it. Both look the same from the outside, and both are easy to check.

## Is the starter ready?

Feed it and watch it for a day. A starter is strong enough when it

1. doubles within four to six hours at room temperature,
2. is full of bubbles from top to bottom, not only at the surface,
3. smells mild and sweet, a little like yoghurt.

If it takes longer, feed it twice a day for three days before you bake again.

## Has the dough risen enough?

Go by the dough, not by the clock. In a kitchen of 20 °C the first rise may well take eight hours:

| Kitchen | First rise | Sign that it is done |
| --- | --- | --- |
| 18 °C | 9–11 hours | risen by a half |
| 21 °C | 6–8 hours | risen by a half, domed edge |
| 25 °C | 4–5 hours | nearly doubled, wobbles when shaken |

> Shake the bowl gently. Dough that is ready wobbles like a pudding; dough that is not sits there like clay.

Change one thing at a time, and start with the starter. It is the cause more often than all the others together.`,
  },
  {
    question: 'It doubles in five hours. How do I tell when the loaf is ready for the oven?',
    answer: `Then the starter is fine, and the answer is in the second rise. Use the *poke test*: flour a finger and press it about a centimetre deep into the loaf.

- **Springs back at once:** too early. Give it another half hour.
- **Comes back slowly and leaves a small dent:** ready. Bake now.
- **Does not come back at all:** a little late. Bake at once, and score it less deeply.

A loaf that rises overnight in the fridge is more forgiving: it stays ready for several hours, so you can bake it when it suits you.`,
  },
];

export const renaming: Exchange[] = [
  {
    question:
      'Write a small Python script that puts the date in front of the name of every photo in a folder.',
    answer: `This script renames every \`.jpg\` in a folder to the date it was last changed, followed by its old name. It skips files that already begin with a date, so running it twice does no harm.

\`\`\`python
from datetime import date
from pathlib import Path
import re
import sys

DATED = re.compile(r"^\\d{4}-\\d{2}-\\d{2} ")


def put_date_in_front(folder: Path) -> int:
    """Rename the photos in \`folder\`; return how many were renamed."""
    renamed = 0
    for photo in sorted(folder.glob("*.jpg")):
        if DATED.match(photo.name):
            continue
        taken = date.fromtimestamp(photo.stat().st_mtime)
        photo.rename(photo.with_name(f"{taken:%Y-%m-%d} {photo.name}"))
        renamed += 1
    return renamed


if __name__ == "__main__":
    print(put_date_in_front(Path(sys.argv[1])), "photos renamed")
\`\`\`

Save it as \`dates.py\` and run it with the folder's path:

\`\`\`sh
python3 dates.py ~/Pictures/Summer
\`\`\`

Try it on a copy of the folder first. The [pathlib documentation](https://docs.python.org/3/library/pathlib.html) explains what \`glob\` and \`with_name\` can do.`,
  },
];

export const letter: Exchange[] = [
  {
    question:
      'Help me write a short letter to my landlord: the heating in the bedroom has been cold for a week.',
    answer: `Here is a letter that says what is wrong, since when, and what you ask for:

> Dear Ms Okafor,
>
> the radiator in the bedroom of my flat (Mill Lane 12, second floor) has stayed cold since last Friday, although the other rooms are warm. I have bled it without success.
>
> Please arrange for a repair by the end of next week. I work from home and can let someone in on any day; a short call beforehand is enough.
>
> With kind regards

Add your name and telephone number, and keep a copy with the date.`,
  },
];

export const plan: Exchange[] = [
  {
    question: 'Plan three quiet days in Lisbon for two people who like walking and do not like queues.',
    answer: `## Day 1: along the river

- [x] Start early at the **Miradouro da Graça**, before the buses come
- [ ] Walk down through Alfama to the water
- [ ] Lunch at a *tasca* in Santa Apolónia; the fish of the day is the right choice

## Day 2: gardens

The **Estufa Fria** is a cool, green house of ferns that few visitors find. From there it is half an hour on foot to the Gulbenkian garden, which has benches, ducks and no entrance fee.

## Day 3: out of town

Take the train to Cascais and walk the coast towards Guincho. The path is flat, and the wind does the rest.`,
  },
];

export const greetingAnswer = `A rainbow is sunlight taken apart. White light is a mixture of all colours, and each colour bends by a slightly different angle when it enters a drop of water.

1. **In:** the light enters the drop and bends; violet a little more than red.
2. **Back:** it is reflected on the far side of the drop.
3. **Out:** it leaves the drop and bends once more, the colours now fanned out.

You see each colour from a different set of drops, all of them at about 42° from the point opposite the sun. That is why a rainbow is always a circle around the shadow of your own head, and why nobody else sees quite the same one.`;

/** Enough paragraphs to make about 5,000 words. */
export function longAnswer(): string {
  const sections: string[] = [];
  for (let chapter = 1; chapter <= 48; chapter++) {
    sections.push(
      `## ${chapter}. What the old map shows`,
      `The coast on the map is not the coast of today. Where the fourth sheet shows **salt marsh and two ferries**, there is now a harbour, and the village that gave the bay its name lies half a mile inland. None of this is a mistake: the river has moved, as rivers do, and the surveyors drew with great care what they found.`,
      `- the ferry at *Holm Point*, closed in the year of the flood
- the lime kiln, of which one wall is left
- the old road, now the \`B1145\``,
      `Whoever compares the sheets in order sees the sand arrive, a little more in each survey, until the lighthouse that was built at the edge of the sea stands in a field of barley and serves as a seamark for tractors.`,
    );
  }
  return sections.join('\n\n');
}
