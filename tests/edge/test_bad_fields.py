"""Fields that are not as they should be: each is pointed at by its pointer, with a code, and nothing is stored."""



from tests.edge.test_bad_input import desk

__all__ = ["desk"]
