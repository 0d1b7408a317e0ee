"""Places in a tree, and where the conversation stands."""

from __future__ import annotations

from ocinb.conversation.tree import ROOT, Tree


def grown() -> Tree:
    """1 - 2 - 3, and 4 beside 2, with 5 after it; it stands at 5."""
    tree = Tree()
    for parent in (ROOT, "1", "2", "1", "4"):
        tree.add(parent)
    return tree


def test_a_new_tree_stands_before_the_first_place():
    assert (Tree().leaf, Tree().path, list(Tree())) == (ROOT, (), [])


def test_the_path_leads_from_the_first_place_to_the_last():
    assert grown().path == ("1", "4", "5")


def test_branches_have_the_same_parent():
    tree = grown()
    assert tree.branches("4") == tree.branches("2") == ("2", "4")
    assert tree.branches("1") == ("1",)


def test_walking_leads_to_where_it_stood_last():
    tree = grown()
    tree.walk_to("2")
    assert tree.path == ("1", "2", "3")
    tree.walk_to("1")
    assert tree.path == ("1", "2", "3")


def test_a_step_back_is_not_undone_by_walking():
    tree = grown()
    tree.step_back()
    tree.walk_to("1")
    assert tree.path == ("1", "4")


def test_below_are_all_places_of_all_branches():
    assert grown().below("1") == ("2", "3", "4", "5")
    assert grown().below("3") == ()


def test_removing_takes_all_below_and_steps_back():
    tree = grown()
    assert tree.remove("4") == ("4", "5")
    assert (tree.path, list(tree)) == (("1",), ["1", "2", "3"])
    tree.walk_to("1")
    assert tree.path == ("1",)


def test_a_given_name_is_taken_and_never_made_up_again():
    tree = Tree()
    assert [tree.add(ROOT, "1"), tree.add("1")] == ["1", "2"]
