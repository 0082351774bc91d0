//! The conversation's tree: paths, siblings, leaves, and that it stays a tree whatever one does.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Message, MessageId};
use proptest::prelude::*;
use store::{Connection, Error, Store, conversations, messages, threads};

use crate::support::{ME, at, begin, good, line, message, options};

#[tokio::test]
async fn a_path_comes_in_pages_newest_first_each_oldest_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    let line = store.write(|transaction| line(transaction, 1, 120, "x")).await.unwrap();
    let head = line[119].id;
    let ids = line.iter().map(|message| message.id).collect::<Vec<_>>();
    store
        .read(move |connection| {
            let newest = messages::path_to(connection, ME, head, 50, None)?;
            assert_eq!(newest.messages, line[70..]);
            assert!(newest.more);
            let next = messages::path_to(connection, ME, head, 50, Some(newest.messages[0].id))?;
            assert_eq!(next.messages, line[20..70]);
            let last = messages::path_to(connection, ME, head, 50, Some(next.messages[0].id))?;
            assert_eq!((last.messages.len(), last.more), (20, false));
            let none = messages::path_to(connection, ME, head, 50, Some(line[0].id))?;
            assert_eq!((none.messages.len(), none.more), (0, false));
            let stranger = domain::UserId::from_bytes([7; 16]);
            assert!(matches!(messages::path_to(connection, stranger, head, 50, None), Err(Error::NotFound)));
            assert_eq!(messages::latest_leaf(connection, ME, ids[3])?, head);
            assert!(matches!(messages::latest_leaf(connection, stranger, ids[3]), Err(Error::NotFound)));
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_older_on_a_path_is_named_oldest_first_without_answers_of_which_nothing_came() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    store
        .write(|transaction| {
            let line = line(transaction, 1, 6, "x")?;
            let mut silent = message(line[0].conversation_id, Some(line[5].id), 7, "");
            (silent.role, silent.parts) = (domain::Role::Assistant, Vec::new());
            let last = message(line[0].conversation_id, Some(silent.id), 8, "last");
            messages::insert(transaction, ME, &silent)?;
            messages::insert(transaction, ME, &last)?;
            let ids: Vec<_> = line.iter().map(|message| message.id).collect();
            assert_eq!(messages::older(transaction, ME, last.id)?, ids);
            assert_eq!(messages::older(transaction, ME, ids[2])?, ids[..2]);
            assert_eq!(messages::older(transaction, ME, ids[0])?, []);
            let stranger = domain::UserId::from_bytes([7; 16]);
            assert_eq!(messages::older(transaction, stranger, last.id)?, []);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn siblings_are_in_the_order_they_were_made_and_the_newest_child_leads_to_the_leaf() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    store
        .write(|transaction| {
            let line = line(transaction, 1, 2, "x")?;
            let (question, answer) = (&line[0], &line[1]);
            let again = message(question.conversation_id, Some(question.id), 3, "again");
            let edited = message(question.conversation_id, None, 4, "edited");
            let below = message(question.conversation_id, Some(answer.id), 5, "below");
            for message in [&again, &edited, &below] {
                messages::insert(transaction, ME, message)?;
            }
            assert_eq!(messages::children(transaction, ME, question.id)?, [answer.id, again.id]);
            assert_eq!(messages::siblings(transaction, ME, again.id)?, [answer.id, again.id]);
            let page = [question.clone(), answer.clone(), below.clone()];
            assert_eq!(
                messages::siblings_of(transaction, ME, &page)?,
                [vec![question.id, edited.id], vec![answer.id, again.id], vec![below.id]]
            );
            assert_eq!(messages::latest_leaf(transaction, ME, question.id)?, again.id);
            assert_eq!(messages::latest_leaf(transaction, ME, answer.id)?, below.id);
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_parent_of_another_conversation_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = good(folder.path());
    store
        .write(|transaction| {
            let (one, two) = (line(transaction, 1, 2, "x")?, line(transaction, 2, 2, "x")?);
            let astray = message(one[0].conversation_id, Some(two[1].id), 3, "astray");
            assert!(matches!(messages::insert(transaction, ME, &astray), Err(Error::Conflict)));
            let taken = message(one[0].conversation_id, Some(one[1].id), 2, "taken");
            assert!(matches!(messages::insert(transaction, ME, &taken), Err(Error::Conflict)));
            let itself = message(one[0].conversation_id, None, 3, "itself");
            let itself = Message { parent_id: Some(itself.id), ..itself };
            assert!(matches!(messages::insert(transaction, ME, &itself), Err(Error::Conflict)));
            let main = threads::list(transaction, ME, one[0].conversation_id)?.remove(0);
            assert_eq!((main.name.as_str(), main.head_id), ("main", Some(one[1].id)));
            assert!(matches!(
                threads::set_head(transaction, ME, main.id, Some(two[1].id)),
                Err(Error::NotFound)
            ));
            threads::rename(transaction, ME, main.id, "trunk")?;
            assert_eq!(threads::get(transaction, ME, main.id)?.name, "trunk");
            Ok(())
        })
        .await
        .unwrap();
}

/// What a person does; the numbers choose among the messages that there are.
#[derive(Debug, Clone)]
enum Act {
    /// A question and its answer after the head.
    Send,
    /// Another version of a message, with an answer.
    Edit(usize),
    /// Another answer beside a message.
    Regenerate(usize),
    /// Looking at another branch.
    Choose(usize),
    /// A message and all below it.
    Delete(usize),
    /// The conversation, and back.
    DeleteAndUndo,
    /// A change that fails half-way.
    Fail(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::Send),
        2 => any::<usize>().prop_map(Act::Edit),
        2 => any::<usize>().prop_map(Act::Regenerate),
        2 => any::<usize>().prop_map(Act::Choose),
        1 => any::<usize>().prop_map(Act::Delete),
        1 => Just(Act::DeleteAndUndo),
        1 => any::<usize>().prop_map(Act::Fail),
    ]
}

/// What must be stored: each message's parent, and the head.
#[derive(Default, Clone)]
struct Expected {
    parents: BTreeMap<MessageId, Option<MessageId>>,
    head: Option<MessageId>,
}

impl Expected {
    fn pick(&self, number: usize) -> Option<MessageId> {
        (!self.parents.is_empty()).then(|| *self.parents.keys().nth(number % self.parents.len()).unwrap())
    }

    fn path(&self) -> Vec<MessageId> {
        let mut path = Vec::new();
        let mut next = self.head;
        while let Some(id) = next {
            path.push(id);
            next = self.parents[&id];
        }
        path.reverse();
        path
    }

    fn is_below(&self, id: MessageId, above: MessageId) -> bool {
        let mut next = Some(id);
        while let Some(id) = next {
            if id == above {
                return true;
            }
            next = self.parents[&id];
        }
        false
    }
}

struct Scene<'a> {
    connection: &'a Connection,
    conversation: domain::Conversation,
    expected: Expected,
}

impl Scene<'_> {
    fn add(&mut self, parent: Option<MessageId>) -> Result<MessageId, Error> {
        let seq = messages::next_seq(self.connection, ME, self.conversation.id)?;
        let new = message(self.conversation.id, parent, seq, "text");
        messages::insert(self.connection, ME, &new)?;
        self.expected.parents.insert(new.id, parent);
        self.look_at(Some(new.id))?;
        Ok(new.id)
    }

    fn look_at(&mut self, head: Option<MessageId>) -> Result<(), Error> {
        threads::set_head(self.connection, ME, self.conversation.main_thread_id, head)?;
        self.expected.head = head;
        Ok(())
    }

    fn act(&mut self, act: &Act) -> Result<(), Error> {
        match *act {
            Act::Send => {
                let question = self.add(self.expected.head)?;
                self.add(Some(question))?;
            }
            Act::Edit(number) => {
                if let Some(id) = self.expected.pick(number) {
                    let version = self.add(self.expected.parents[&id])?;
                    self.add(Some(version))?;
                }
            }
            Act::Regenerate(number) => {
                if let Some(id) = self.expected.pick(number) {
                    self.add(self.expected.parents[&id])?;
                }
            }
            Act::Choose(number) => {
                if let Some(id) = self.expected.pick(number) {
                    let leaf = messages::latest_leaf(self.connection, ME, id)?;
                    assert!(self.expected.is_below(leaf, id));
                    self.look_at(Some(leaf))?;
                }
            }
            Act::Delete(number) => {
                if let Some(id) = self.expected.pick(number) {
                    let before = self.expected.clone();
                    let count = messages::delete_branch(self.connection, ME, id)?;
                    self.expected.parents.retain(|other, _| !before.is_below(*other, id));
                    assert_eq!(count, before.parents.len() - self.expected.parents.len());
                    if before.head.is_some_and(|head| before.is_below(head, id)) {
                        self.expected.head = before.parents[&id];
                    }
                }
            }
            Act::DeleteAndUndo => {
                conversations::mark_deleted(self.connection, ME, self.conversation.id, at(1))?;
                conversations::undelete(self.connection, ME, self.conversation.id)?;
            }
            Act::Fail(number) => {
                let before = self.expected.clone();
                self.connection.execute_batch("SAVEPOINT fails")?;
                self.act(&Act::Edit(number))?;
                self.connection.execute_batch("ROLLBACK TO fails; RELEASE fails")?;
                self.expected = before;
            }
        }
        self.check()
    }

    /// One tree (every walk up ends at a root, without a cycle), one active path, the siblings and order as they were made.
    fn check(&self) -> Result<(), Error> {
        let mut query = self.connection.prepare("SELECT id FROM messages WHERE conversation_id = ?1")?;
        let stored = query
            .query_map([store::row::Blob(self.conversation.id)], |found| store::row::id(found, 0))?
            .collect::<Result<BTreeSet<MessageId>, _>>()?;
        assert_eq!(stored, self.expected.parents.keys().copied().collect());
        let main = threads::get(self.connection, ME, self.conversation.main_thread_id)?;
        assert_eq!(main.head_id, self.expected.head);
        if let Some(head) = main.head_id {
            let path = messages::path_to(self.connection, ME, head, 1000, None)?;
            let ids: Vec<_> = path.messages.iter().map(|message| message.id).collect();
            assert_eq!(ids, self.expected.path());
            assert!(!path.more);
            assert!(path.messages.is_sorted_by_key(|message| message.seq));
            for (message, siblings) in
                path.messages.iter().zip(messages::siblings_of(self.connection, ME, &path.messages)?)
            {
                assert!(siblings.contains(&message.id));
                for sibling in siblings {
                    assert_eq!(self.expected.parents[&sibling], message.parent_id);
                }
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_one_does_a_conversation_stays_a_tree_with_one_active_path(acts in prop::collection::vec(act(), 1..60)) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path(), at(0), options()).unwrap().store;
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let done = runtime.block_on(store.write(move |connection| {
            let conversation = begin(connection, 1)?;
            let mut scene = Scene { connection, conversation, expected: Expected::default() };
            acts.iter().try_for_each(|act| scene.act(act))
        }));
        prop_assert!(done.is_ok(), "{:?}", done);
    }
}
