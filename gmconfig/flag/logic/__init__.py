"""JsonLogic, compiled once to closures: what a rule means, without any knowledge of flags."""
