"""Errors a person can act on.

An error is a stable code, a sentence about this very case, and a fix. Titles and fixes live in the catalogue
(shared/problems.py); the sentence is written where the error is raised. The classes below exist because callers do
different things with them:

ConnectorError      the request or the run cannot go on; nothing is retried
  RecordRefused     this one record cannot be applied: park it, go on with the others
  OutcomeUnknown    a write may or may not have happened: look it up before anything else
  ServiceUnavailable  the other side did not answer properly, tries are used up: stop here,
                    a later run continues at the checkpoint
"""
from __future__ import annotations

from shared.problems import CATALOGUE, Problem
from shared.texts import Sentence, Text


def problem_of(code: str) -> Problem:
    """What a code that was kept means; after a step back to this version it may be one that came later."""
    return CATALOGUE.get(code) or CATALOGUE["problem-unknown"]


class ConnectorError(Exception):
    """A problem from the catalogue in one concrete case.

    code      a key of the catalogue, e.g. "posting-group-missing"
    detail    one sentence that names the case, in English; never holds a secret
    sentence  the same, so that it can be said in another language
    about     what it is about, e.g. order 5001, or None; `record` is the same in English
    """

    def __init__(self, code: str, sentence: Sentence, *, record: Text | None = None) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.detail = str(sentence)
        self.sentence = sentence
        self.about = record
        self.record = None if record is None else str(record)

    @property
    def problem(self) -> Problem:
        """Title, fix and fault of this kind of error."""
        return problem_of(self.code)


class RecordRefused(ConnectorError):
    """This record cannot be applied as things are: park it and go on with the next one."""


class OutcomeUnknown(ConnectorError):
    """A write was sent and its answer was lost: look before writing again."""


class ServiceUnavailable(ConnectorError):
    """Shopify or Business Central stays unreachable or overloaded after all tries."""
