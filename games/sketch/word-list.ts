/** The words of the game: add yours, separated by commas. Plain things that most people can draw. */
const list = `
acorn, airplane, alarm clock, ambulance, anchor, ant, apple, apron, arrow, astronaut, avocado, axe,
baby, backpack, bag, ball, balloon, banana, bandage, barn, basket, bat, bath, battery, beach, bear, beard, bed,
bee, bell, belt, bench, bicycle, binoculars, bird, birthday cake, boat, bone, book, boot, bottle, bow tie, bowl,
box, bread, bridge, broom, bucket, bus, bush, butterfly, button, cactus, cage, camel, camera, campfire, candle,
candy, cannon, canoe, car, carrot, castle, cat, caterpillar, chain, chair, cheese, cherry, chess, chicken,
chimney, church, circus, cloud, clown, coat, coconut, coffee, comb, compass, computer, cookie, corn, cow, crab,
crocodile, crown, cup, curtain, daisy, deer, desert, diamond, dice, dinosaur, doctor, dog, doll, dolphin,
donkey, door, dragon, dress, drum, duck, ear, earth, egg, elephant, envelope, eye, fan, farmer,
feather, fence, finger, fire, firework, fish, fishing rod, flag, flashlight, flower, fly, foot, football, fork,
fountain, fox, frog, frying pan, garden, ghost, giraffe, glasses, glove, goat, grapes, grasshopper, guitar,
hair, hamburger, hammer, hammock, hand, harp, hat, hedgehog, helicopter, helmet, honey, hook, horse, hot dog,
hourglass, house, ice cream, igloo, iron, island, jacket, jar, jellyfish, jungle, kangaroo, kettle, key, king,
kitchen, kite, knight, ladder, ladybug, lake, lamp, leaf, lemon, letter, light bulb, lighthouse, lightning,
lion, lobster, lock, lollipop, magnet, mailbox, map, mask, melon, mermaid, microphone, microscope, milk, mirror,
monkey, moon, mosquito, motorcycle, mountain, mouse, mouth, mushroom, nail, necklace, needle, nest, net, newspaper,
night, nose, nurse, octopus, onion, orange, ostrich, owl, paintbrush, palm tree, pancake, panda, parachute, parrot,
peach, peacock, pear, pen, pencil, penguin, piano, picnic, pie, pig, pillow, pineapple, pirate, pizza, plant,
plate, pocket, police car, pond, popcorn, potato, present, pumpkin, pyramid, queen, rabbit, radio, railway, rain,
rainbow, rat, rhino, ring, river, road, robot, rocket, roller skate, roof, rope, rose, ruler, sailboat, sandcastle,
sandwich, saw, scarecrow, scarf, school, scissors, scooter, seal, seesaw, shark, sheep, shell, ship, shirt, shoe,
shovel, shower, skateboard, skeleton, ski, skirt, skunk, sled, slide, snail, snake, snowflake, snowman, soap, sock,
sofa, spaceship, spider, spider web, spoon, squirrel, stairs, star, stethoscope, strawberry, submarine, suitcase,
sun, sunflower, swan, sweater, swimming pool, swing, sword, table, teapot, telescope, television, tent, thief,
tiger, toaster, tomato, tooth, toothbrush, tornado, towel, tower, tractor, traffic light, train, treasure, tree,
truck, trumpet, turtle, umbrella, unicorn, vacuum cleaner, vase, violin, volcano, waiter, wallet, walrus, watch,
waterfall, watering can, whale, wheel, wheelbarrow, whistle, window, windmill, witch, wizard, wolf, worm, yo-yo, zebra
`;

export const WORDS: readonly string[] = readWords(list);

/** Longest word, in letters. */
export const WORD_MAX = 30;

/** The words of a text, separated by commas or lines; each once, in lower case. */
export function readWords(text: string): string[] {
  const words = text.split(/[,;\n]/u).map((word) => word.trim().replace(/\s+/gu, " ").toLowerCase());
  return [...new Set(words.filter((word) => /[\p{L}\p{N}]/u.test(word)))];
}
